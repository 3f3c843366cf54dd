// The English texts of all parts of the page that are loaded later.

import { en as dialogs } from "../../web/src/conversation/dialogs/words.ts";
import { en as forks } from "../../web/src/conversation/message/forkWords.ts";
import { en as notices } from "../../web/src/conversation/noticeWords.ts";
import { en as files } from "../../web/src/files/words.ts";
import { en as keeping } from "../../web/src/keeping/words.ts";
import type { Later } from "../../web/src/languages/later.ts";
import { en as links } from "../../web/src/links/words.ts";
import { en as diagrams } from "../../web/src/markdown/diagrams/words.ts";
import { en as markdown } from "../../web/src/markdown/words.ts";
import { en as memory } from "../../web/src/memory/words.ts";
import { en as money } from "../../web/src/money/words.ts";
import { en as push } from "../../web/src/push/words.ts";
import { en as research } from "../../web/src/research/words.ts";
import { en as settings } from "../../web/src/settings/words.ts";
import { en as webhooks } from "../../web/src/webhooks/words.ts";

export const laterInEnglish: Later = {
	diagrams,
	dialogs,
	files,
	forks,
	keeping,
	links,
	markdown,
	memory,
	money,
	notices,
	push,
	research,
	settings,
	webhooks,
};
