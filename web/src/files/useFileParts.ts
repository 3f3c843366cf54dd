// Loads the parts for files: with the first message that has some, and for the composer right after the first view.

import { keptParts } from "../controls/useLazy.ts";

export const useFileParts = keptParts(() => import("./parts.ts"));
