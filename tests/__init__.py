"""Tests of the suite itself: that each check can fail, that a good model passes, that faults are survived."""
