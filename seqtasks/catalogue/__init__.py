"""Who brings which name: entries, hooks, plugins, and the host that knows them all. Nothing heavy."""
