"""Live FRR in network namespaces of this machine: built, loaded, waited for, read, and taken away again."""
