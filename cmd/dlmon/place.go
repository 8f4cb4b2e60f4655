package dlmon

import (
	"errors"
	"slices"
	"strings"

	"dlmon/tui/dashboard"
	"dlmon/tui/page"
)

// checkPlace refuses what is not on the page that is opened. What movers compare with and the alert may wait for their page
// in a file or in the environment.
func (c *Config) checkPlace() error {
	var errs []error
	if c.origins["against"].text == "flag" && c.Page != page.TenantsMovers && !slices.Contains(c.Rotate, page.TenantsMovers) {
		errs = append(errs, c.refuse("against", "is for the movers; add --page "+page.TenantsMovers))
	}
	if c.origins["alert"].text == "flag" && c.Page != "alerts" {
		errs = append(errs, c.refuse("alert", "is for the alerts; add --page alerts"))
	}
	if c.Panel != "" && c.panel().ID == "" {
		var ids []string
		for _, p := range c.panels() {
			ids = append(ids, p.ID)
		}
		if len(ids) == 0 {
			errs = append(errs, c.refuse("panel", "%s has no panels; add --page overview, business or %s, or --tenant, or leave out --panel", c.Page, page.TenantsMovers))
		} else {
			errs = append(errs, c.refuse("panel", "expected one of %s, got %q", strings.Join(ids, ", "), c.Panel))
		}
	}
	return errors.Join(errs...)
}

// panels are those of the page that is opened.
func (c *Config) panels() []dashboard.Panel {
	if c.Tenant != "" {
		return dashboard.TenantPage(c.Tenant).Panels
	}
	for _, d := range append(dashboard.Builtin(), dashboard.Movers()) {
		if d.ID == c.Page {
			return d.Panels
		}
	}
	return nil
}

// panel is the one to open; without an id: none.
func (c *Config) panel() dashboard.Panel {
	for _, p := range c.panels() {
		if c.Panel != "" && p.ID == c.Panel {
			return p
		}
	}
	return dashboard.Panel{}
}
