"""Word sense disambiguators behind one protocol."""
