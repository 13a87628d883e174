"""How right the map is: the fixed scenario through fusion and through three simpler ways."""
