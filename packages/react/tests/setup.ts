// What jsdom lacks: sizes, which the list needs to know what is on the screen, and scrolling.
import '@testing-library/jest-dom/vitest';
import { cleanup } from '@testing-library/react';
import { afterEach } from 'vitest';

const SIZES = { offsetHeight: 600, offsetWidth: 1200, clientHeight: 600, clientWidth: 1200 };

// The tests of what runs on a server have no page.
if (typeof window !== 'undefined') {
  for (const [name, value] of Object.entries(SIZES)) {
    Object.defineProperty(HTMLElement.prototype, name, { configurable: true, get: () => value });
  }
  Element.prototype.scrollTo = function scrollTo(options?: ScrollToOptions | number) {
    if (typeof options !== 'object' || options.top === undefined) return;
    this.scrollTop = options.top;
    this.dispatchEvent(new Event('scroll'));
  };
  Element.prototype.scrollIntoView = () => undefined;
  afterEach(() => cleanup());
}
