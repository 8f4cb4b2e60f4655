package dlmon

import (
	"errors"
	"slices"

	"dlmon/tui/page"
)

// checkPlace refuses what would do nothing on the page that is opened. In a file or in the environment it may wait for
// its page.
func (c *Config) checkPlace() error {
	var errs []error
	if c.origins["against"].text == "flag" && c.Page != page.TenantsMovers && !slices.Contains(c.Rotate, page.TenantsMovers) {
		errs = append(errs, errors.New("--against: is for the movers; add --page "+page.TenantsMovers))
	}
	return errors.Join(errs...)
}
