package dlmon

import (
	"errors"
	"slices"
	"strings"
	"time"

	"dlmon/tui"
)

// checkKiosk refuses what would not do what was asked for. In a file or in the environment the settings of a kiosk may
// stand without one: they wait for --kiosk. So may what is an operator's preference everywhere else, the first page and
// the mouse; only on the command line they are meant for this very screen.
func (c *Config) checkKiosk() error {
	var errs []error
	if !c.Kiosk {
		for _, name := range []string{"kiosk-locked", "rotate", "every", "dim"} {
			if c.origins[name].text == "flag" {
				errs = append(errs, c.refuse(name, "is for a screen on the wall; add --kiosk"))
			}
		}
		return errors.Join(errs...)
	}
	if c.At != "" {
		errs = append(errs, c.refuse("at", "a kiosk shows the present; leave out --at or --kiosk"))
	}
	if c.origins["cursor"].text == "flag" {
		errs = append(errs, c.refuse("cursor", "nobody is at a kiosk to look at a time picked; leave out --cursor or --kiosk"))
	}
	if c.origins["every"].text == "flag" && len(c.Rotate) < 2 {
		errs = append(errs, c.refuse("every", "there is nothing to turn to; add --rotate with two pages or more"))
	}
	if len(c.Rotate) > 0 && c.Tenant != "" {
		errs = append(errs, c.refuse("tenant", "a kiosk turns between pages or stays on a tenant's; leave out --rotate or --tenant"))
	}
	if len(c.Rotate) > 0 && c.Panel != "" {
		errs = append(errs, c.refuse("panel", "a kiosk turns between pages or stays on a panel; leave out --rotate or --panel"))
	}
	if c.origins["page"].text == "flag" && len(c.Rotate) > 0 && !slices.Contains(c.Rotate, c.Page) {
		errs = append(errs, c.refuse("page", "%s is not among the pages that --rotate turns between, %s; add it there or leave out --page",
			c.Page, strings.Join(c.Rotate, ",")))
	}
	if c.origins["mouse"].text == "flag" && c.Mouse == "on" {
		errs = append(errs, c.refuse("mouse", "nobody is at a kiosk to use it; leave out --mouse on or --kiosk"))
	}
	return errors.Join(errs...)
}

// kiosk is what the screen is told of it.
func (c *Config) kiosk() tui.Kiosk {
	return tui.Kiosk{On: c.Kiosk, Locked: c.KioskLocked, Rotate: c.Rotate, Every: c.Every, Dim: hours(c.Dim)}
}

// hours reads what setHours has checked.
func hours(s string) tui.Hours {
	from, until, _ := strings.Cut(s, "-")
	return tui.Hours{From: sinceMidnight(from), Until: sinceMidnight(until)}
}

func sinceMidnight(s string) time.Duration {
	t, err := time.Parse("15:04", s)
	if err != nil {
		return 0
	}
	return time.Duration(t.Hour())*time.Hour + time.Duration(t.Minute())*time.Minute
}
