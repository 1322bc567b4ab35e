"""Cisco IOS XR: its configuration, and its routing policy language as the model's route policies."""
