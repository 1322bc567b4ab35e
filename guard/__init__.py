"""guard: the safety gate that network and DNS changes pass before they touch a backbone."""

__version__ = "0.1.0"
