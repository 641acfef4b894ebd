// Sets the theme before the first paint. A file of its own, because the policy of the page allows no inline
// script; classic and not a module, so that it runs before the body is there. lib/theme.ts takes over from it.
(function () {
  var wanted = 'system';
  try {
    wanted = localStorage.getItem('tenantry-theme') || 'system';
  } catch {
    // storage may be forbidden; the system's theme is a good answer
  }
  var dark =
    wanted === 'dark' || (wanted !== 'light' && matchMedia('(prefers-color-scheme: dark)').matches);
  document.documentElement.classList.toggle('dark', dark);
})();
