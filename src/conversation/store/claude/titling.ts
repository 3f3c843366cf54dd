// The columns that say where a conversation's title comes from, and how they read.

import type { Usage } from "../../../protocol/message.ts";

/** The tokens that one request for a title used, and its model. */
export type TitleUsage = Usage & { model: string | undefined };

/**
 * The origin of the title: a person, or the message at the place `from`. `by`: the person's id, null if it is not
 * known. `isAsked`: Claude was asked for a title, which happens once; `usage` is that of this request.
 */
export type Titling = { isGiven: boolean; by: string | null; from: number | null; isAsked: boolean; usage?: TitleUsage };

export type TitlingRow = {
	is_titled: number;
	titled_from: number | null;
	titled_by: string | null;
	is_title_asked: number;
	title_usage: string | null;
};

export const untitled: Titling = { isGiven: false, by: null, from: null, isAsked: false };

export function titlingOf({ is_titled, titled_by, titled_from, is_title_asked, title_usage }: TitlingRow): Titling {
	return {
		isGiven: is_titled === 1,
		by: titled_by,
		from: titled_from,
		isAsked: is_title_asked === 1,
		...(title_usage !== null && { usage: JSON.parse(title_usage) as TitleUsage }),
	};
}
