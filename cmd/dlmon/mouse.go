package dlmon

// mouse tells whether the mouse is taken from the start: where it is not said, not inside SSH, where every movement
// would cross the wire and the terminal's own selection is what one is used to.
func (c *Config) mouse(env func(string) (string, bool)) bool {
	switch c.Mouse {
	case "on":
		return true
	case "off":
		return false
	}
	for _, name := range []string{"SSH_CONNECTION", "SSH_TTY", "SSH_CLIENT"} {
		if v, _ := env(name); v != "" {
			return false
		}
	}
	return true
}
