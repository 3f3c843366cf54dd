// The document's title, for as long as a component is there.

import { useEffect } from "react";
import { strings } from "./strings.ts";

export function useTitle(title: string | undefined): void {
	useEffect(() => {
		document.title = title === undefined ? strings.product : `${title} · ${strings.product}`;
	}, [title]);
}
