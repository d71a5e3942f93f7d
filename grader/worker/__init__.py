"""All that enters the sandbox: the loop, the wire and what loads a hand-in; standard library and numpy only."""
