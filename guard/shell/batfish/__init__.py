"""Batfish over HTTP: the only room that knows pybatfish, which is imported when a service is first asked."""
