"""The state folder on disk: audit log, snapshots, policies, key."""
