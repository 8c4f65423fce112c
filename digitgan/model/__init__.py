"""The two players: their networks, the game they play, and ready-made settings."""
