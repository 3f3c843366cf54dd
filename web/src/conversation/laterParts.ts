// The parts of a conversation that its first view does not need, in one chunk that is loaded right after it.

import { lazyDialog } from "../controls/lazyDialog.tsx";

export { ReadingBar } from "../files/ReadingBar.tsx";
export { YourLimits } from "../links/YourLimits.tsx";
export { linesOf } from "../people/noticeLines.ts";
export { Asides } from "./asides/Asides.tsx";
export { ConnectionBanner } from "./ConnectionBanner.tsx";
export { Editor } from "./composer/Editor.tsx";
export { UnsentBar } from "./composer/UnsentBar.tsx";
export { HeaderMenu } from "./HeaderMenu.tsx";
export { KeptNote } from "./KeptNote.tsx";
export { Announcer } from "./log/Announcer.tsx";
export { DeleteMessageDialog } from "./message/DeleteMessageDialog.tsx";
export { ForkDialog } from "./message/ForkDialog.tsx";
export { ForkedFrom } from "./message/ForkedFrom.tsx";
export { MessageLinks } from "./message/MessageLinks.tsx";
export { NoticeLines } from "./NoticeLines.tsx";
export const SummaryDialog = lazyDialog(async () => (await import("../memory/SummaryDialog.tsx")).SummaryDialog);
export const SeenDialog = lazyDialog(async () => (await import("../memory/SeenDialog.tsx")).SeenDialog);
