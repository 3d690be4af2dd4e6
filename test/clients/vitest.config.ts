import { mergeConfig, type UserWorkspaceConfig } from "vitest/config";
import { project } from "../../vitest.shared.ts";

// These tests wait for other programs most of the time, so more of them run at once than there are processors; and
// after all other projects, which would have to wait for them.
export default mergeConfig(project("clients") as UserWorkspaceConfig, {
  test: { maxWorkers: 4, sequence: { groupOrder: 1 } },
});
