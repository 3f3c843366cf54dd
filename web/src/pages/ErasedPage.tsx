// Shown after a person erased their account: what was deleted.

import { session } from "../account/currentSession.ts";
import type { Erased } from "../api.ts";
import { useStrings } from "../languages/useStrings.ts";
import { useTitle } from "../useTitle.ts";
import { NoticePage } from "./NoticePage.tsx";

export function ErasedPage({ erased }: { erased: Erased }) {
	const strings = useStrings();
	useTitle(undefined);
	return <NoticePage text={strings.erased(erased)} action={{ label: strings.startAgain, act: session.startAgain }} />;
}
