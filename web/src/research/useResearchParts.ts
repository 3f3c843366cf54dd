// Loads the parts that show what Claude looked up, with the first reply that needs them.

import { keptParts } from "../controls/useLazy.ts";

export const useResearchParts = keptParts(() => import("./parts.ts"));
