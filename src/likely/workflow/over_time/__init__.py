"""Rows that are the moments of one series: judged together, reported as events.

From a table to events: `study` learns blockwise, `decision` cuts a series in episodes under a
promise, `moments` has the rows in the order of time, and an `event` says when, which channels, of
what kind, and what was to be expected. `findings` shows events in the way in which rows are shown.
"""
