"""The credit rules, each written once for every cell."""
