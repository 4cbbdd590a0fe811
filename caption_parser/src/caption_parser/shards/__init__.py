"""Large runs: a plan cuts the input into shards that any launcher can label; a receipt says that one is done."""
