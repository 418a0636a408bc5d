"""The verbs: learn, detect, compare, and what they return."""
