// The language that is spoken, for components. What is kept from being drawn anew reads it, where it or anything in it has words.

import { createContext } from "react";
import type { Language } from "./language.ts";

export const Spoken = createContext<Language>("en");
