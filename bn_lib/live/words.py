"""The words that a live figure writes around its picture; the script has none of its own."""

WORDS = {
    "reset": "reset",
    "large": "large text",
    "stop": "stop",
    "play": "play",
    "pause": "pause",
    "type": "{knob}: type a value",
    "computing": "computing …",
    "running": "The kernel is busy with a cell. The figure will follow when that has ended.",
    "before": "as before the running cell",
    "silent": "The kernel does not answer. It may be busy, or the connection is lost.",
    "gone": "The kernel has ended. Run the cells again to bring this figure back to life.",
    "saved": "This picture was saved with the notebook. Run its cell to move it.",
    "replaced": "This cell has been run again elsewhere, and this figure stays as it was.",
    "ahead": "At some positions your function takes very long, so it is called only where you go. "
    "Running a cell lets it try again.",
    "deaf": "This kernel (ipykernel below 7) hears no button while a cell runs. "
    "Kernel → Interrupt Kernel stops the training.",
    "printed": "printed by your function:",
}
