package dlmon

import (
	"context"

	"github.com/spf13/cobra"
)

const pageAll = "all"

func (a *app) snapshotCommand() *cobra.Command {
	return &cobra.Command{Use: "snapshot", RunE: a.run(func(context.Context) (int, error) { return 0, nil })}
}
