"""Draws the sample images and trains the model the gate is shown with."""
