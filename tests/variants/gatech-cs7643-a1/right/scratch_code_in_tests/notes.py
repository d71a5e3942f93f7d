raise SystemExit('just my notes')
