"""What is written and told.

write.py    a file is at all times either the old one or the new one
diff.py     unified diffs
report.py   text for people; json, SARIF and annotations for tools
catalog.py  what is supported, and what a diagnostic means
"""
