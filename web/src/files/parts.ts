// The parts that show and take files, in one chunk that is loaded right after the first view, or with the first message that has files.

import { UnreadFiles } from "../conversation/message/UnreadFiles.tsx";
import { attachmentsOf, sendBegunFiles } from "./adding/currentAttachments.ts";

export { AddButton } from "./adding/AddButton.tsx";
export { Tray } from "./adding/Tray.tsx";
export { MessageFiles } from "./MessageFiles.tsx";
export { attachmentsOf, sendBegunFiles, UnreadFiles };
