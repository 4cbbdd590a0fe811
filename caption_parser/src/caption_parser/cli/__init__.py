"""The command `capparse`: one file per command, each a thin shell around a public function."""
