"""Claims about a training run: functions of its `Evidence` that judge the idea, not the letters."""
