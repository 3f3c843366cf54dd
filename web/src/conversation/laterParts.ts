// The parts of a conversation that its first view does not need, in one chunk that is loaded right after it.

import { lazyDialog } from "../controls/lazyDialog.tsx";

export { Asides } from "./asides/Asides.tsx";
export { ConnectionBanner } from "./ConnectionBanner.tsx";
export { Editor } from "./composer/Editor.tsx";
export { UnsentBar } from "./composer/UnsentBar.tsx";
export { Announcer } from "./log/Announcer.tsx";
export { DeleteMessageDialog } from "./message/DeleteMessageDialog.tsx";
export { ForkDialog } from "./message/ForkDialog.tsx";
export const SeenDialog = lazyDialog(async () => (await import("../memory/SeenDialog.tsx")).SeenDialog);
