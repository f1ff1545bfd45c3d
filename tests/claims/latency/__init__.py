"""Tests of what happens when several clients ask."""
