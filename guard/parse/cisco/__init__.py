"""Cisco-like configurations: IOS and IOS-XE, Arista EOS, FRR (plain, and Cumulus concatenated files)."""
