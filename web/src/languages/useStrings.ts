// The words and formats of the page's language, for components. A change of language redraws every
// component that uses them.

import { createContext, createElement, type ReactNode, useContext, useSyncExternalStore } from "react";
import type { Catalogue } from "./catalogue.ts";
import { currentStrings, subscribeToLanguage } from "./currentLanguage.ts";
import { en } from "./en.ts";

const Strings = createContext<Catalogue>(en);

export function useStrings(): Catalogue {
	return useContext(Strings);
}

export function LanguageProvider({ children }: { children: ReactNode }) {
	const strings = useSyncExternalStore(subscribeToLanguage, currentStrings, currentStrings);
	return createElement(Strings, { value: strings }, children);
}
