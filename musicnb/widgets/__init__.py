"""The Python halves of the widgets; the other halves are in ``widgets/``, in TypeScript."""
