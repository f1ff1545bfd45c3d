"""Ratios, not absolute times: how much more the gate takes than the work that it cannot do without."""
