package dlmon

import "context"

// dashboard is the command without a name.
func (a *app) dashboard(ctx context.Context) (int, error) {
	return ExitOK, nil
}
