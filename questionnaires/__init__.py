"""DEFINITIONS: the indicator dictionary and the forms (问卷). Asks; never scores, stores or serves."""
