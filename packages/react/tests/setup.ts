// What jsdom lacks: sizes, which the list needs to know what is on the screen, and scrolling.
import '@testing-library/jest-dom/vitest';
import { cleanup, configure } from '@testing-library/react';
import { extendTailwindMerge } from 'tailwind-merge';
import { afterEach, expect } from 'vitest';

// How busy the machine is must not decide: what does not come at all fails late.
configure({ asyncUtilTimeout: 20_000 });

const SIZES = { offsetHeight: 600, offsetWidth: 1200, clientHeight: 600, clientWidth: 1200 };

// The tests of what runs on a server have no page.
if (typeof window !== 'undefined') {
  for (const [name, value] of Object.entries(SIZES)) {
    Object.defineProperty(HTMLElement.prototype, name, { configurable: true, get: () => value });
  }
  Element.prototype.scrollTo = function scrollTo(options?: ScrollToOptions | number) {
    if (typeof options !== 'object' || options.top === undefined) return;
    this.scrollTop = options.top;
    // later, as in a browser
    queueMicrotask(() => this.dispatchEvent(new Event('scroll')));
  };
  Element.prototype.scrollIntoView = () => undefined;

  // Of two classes that contradict each other the order in the style sheet would decide: no element has such.
  const merged = extendTailwindMerge({ prefix: 'tenantry' });
  const looks = new Set<string>();
  const look = (records: MutationRecord[]) => {
    for (const { target, addedNodes } of records) {
      for (const node of [target, ...addedNodes]) {
        if (!(node instanceof Element)) continue;
        for (const each of [node, ...node.querySelectorAll('[class]')]) {
          looks.add(each.getAttribute('class') ?? '');
        }
      }
    }
  };
  const observer = new MutationObserver(look);
  observer.observe(document, { subtree: true, childList: true, attributeFilter: ['class'] });
  afterEach(() => {
    look(observer.takeRecords());
    const contradictions = [...looks].filter((classes) => merged(classes) !== classes);
    looks.clear();
    cleanup();
    expect(contradictions).toEqual([]);
  });
}
