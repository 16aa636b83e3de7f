"""Grading a class: answers are collected, run in a sandbox, and judged outside of it."""
