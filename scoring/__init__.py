"""Pure scoring (评分): rulesets in YAML and answers in, points, scores and levels out; it knows nothing of the app."""
