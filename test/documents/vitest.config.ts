import { mergeConfig, type UserWorkspaceConfig } from "vitest/config";
import { project } from "../../vitest.shared.ts";

// A document starts a dozen programs; on a machine that is busy with other tests they take their time.
export default mergeConfig(project("documents") as UserWorkspaceConfig, { test: { testTimeout: 90_000 } });
