// Loads the parts that few texts need, with the first text that may need some.

import { keptParts } from "../controls/useLazy.ts";

export const useTextParts = keptParts(() => import("./textParts.ts"));
