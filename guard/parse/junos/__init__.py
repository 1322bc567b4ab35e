"""Junos configurations, curly and as `set` commands: one tree, read by one set of readers."""
