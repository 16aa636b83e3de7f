"""The course: questions that teach, hints that cost, progress in one file."""

from musicnb.course.lesson import Lesson, lesson

__all__ = ["Lesson", "lesson"]
